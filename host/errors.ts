/** Errors around the nodes: keys, profiles, settings, processes, logs. No text here ever contains a secret. */
import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const HOST_ERRORS = {
  KEYCHAIN_LIBRARY_MISSING: {
    meaning: "The library that opens this desktop's keychain is not installed.",
    remedy: 'On Linux install libsecret (package libsecret-1-0), or choose the keystore with a passphrase.',
  },
  KEYCHAIN_NO_SERVICE: {
    meaning: 'There is no keychain service on this machine: no Secret Service answers on the session bus.',
    remedy: 'Log in to a desktop with GNOME Keyring or KWallet, or choose the keystore with a passphrase.',
  },
  KEYCHAIN_LOCKED: {
    meaning: 'The keychain is locked, has no default collection, or does not answer.',
    remedy: 'Unlock it (it usually has the password of your login), or choose the keystore with a passphrase.',
  },
  KEYCHAIN_OBFUSCATES: {
    meaning: 'The keychain would store the key without real encryption: anyone who can read the disk could read the key.',
    remedy: 'Set a password for the keyring, or choose the keystore with a passphrase.',
  },
  KEYCHAIN_FAILED: {
    meaning: 'The keychain answered with an error.',
    remedy: "Check the desktop's own keychain program; the keystore with a passphrase works without it.",
  },
  KEY_UNKNOWN: { meaning: 'There is no key for this address.', remedy: 'Import the key, or choose another one.' },
  KEY_EXISTS: { meaning: 'The key of this address already exists here.', remedy: 'Use the existing key.' },
  KEY_DAMAGED: {
    meaning: 'What is stored for this address is not its key; it was left unchanged.',
    remedy: 'Import the key again from your backup.',
  },
  KEY_BAD_PRIVATE_KEY: {
    meaning: 'This is not a private key: 64 hexadecimal digits, with or without 0x.',
    remedy: 'Copy it again, with nothing around it.',
  },
  KEY_BAD_WORDS: {
    meaning: 'These words are not a recovery phrase: a word is unknown, misspelled or missing, or they are out of order.',
    remedy: 'Enter the 12 or 24 words in order, separated by spaces.',
  },
  KEY_BAD_KEYSTORE: {
    meaning: 'This is not an Ethereum keystore of version 3, or opening it takes more work than this program allows.',
    remedy: 'Choose the JSON file that the wallet exported.',
  },
  KEY_KEYSTORE_V1: {
    meaning: 'This is an Ethereum keystore of version 1, the format used by wallets until 2015.',
    remedy: 'Import it into a wallet that still reads it, and export it again as a keystore of version 3.',
  },
  KEY_KEYSTORE_PRESALE: {
    meaning: 'This is a wallet of the Ethereum presale of 2014, not a keystore.',
    remedy: 'Convert it with `geth wallet import`, which gives a keystore of version 3.',
  },
  KEY_KEYSTORE_EIP2335: {
    meaning: 'This is an EIP-2335 keystore: the BLS key of an Ethereum validator, which has no account and cannot run a node.',
    remedy: "Choose the keystore of an account, or create a new key. Keep the validator's key where it is.",
  },
  KEY_WRONG_PASSPHRASE: {
    meaning: 'The passphrase does not open this key.',
    remedy: 'Type it again, and check the keyboard layout.',
  },
  KEY_PASSPHRASE_NEEDED: {
    meaning: 'The keystore encrypts a key with a passphrase, and none was given.',
    remedy: 'Enter a passphrase of at least eight characters.',
  },
  KEY_PASSPHRASE_UNUSED: {
    meaning: 'A passphrase was given, but the keychain does not use one.',
    remedy: 'Leave it out, or choose the keystore.',
  },
  KEY_NO_TERMINAL: {
    meaning: 'A passphrase is needed, but there is no terminal to ask for it.',
    remedy: 'Pass the number of a file descriptor that the passphrase can be read from.',
  },
  KEY_PROMPT_CANCELLED: { meaning: 'The passphrase was not given.', remedy: 'Start again when you have it.' },
  ACT_NOT_PENDING: {
    meaning: 'No action is waiting under this number: it was already answered, or its two minutes have passed.',
    remedy: 'Request it again in the window, and confirm it sooner.',
  },
  PLACE_NOT_CHOSEN: {
    meaning: "No folder was chosen for this in the program's dialog, or it was chosen too long ago.",
    remedy: 'Choose the folder again.',
  },
  KEY_LOCKED: {
    meaning: "The node's key is in the keystore and has not been unlocked since this program started.",
    remedy: 'Unlock it with its passphrase.',
  },
  KEY_BACKUP_WRONG: {
    meaning: 'These words do not match the recovery phrase.',
    remedy:
      'Compare them with what you wrote down. The key works either way, but without a backup, a broken disk means losing it.',
  },
  KEY_COPY_OTHER: {
    meaning: 'This is a copy of another key.',
    remedy: 'Look for the copy of this key; compare the addresses.',
  },
  KEY_CONFIRMATION_INVALID: {
    meaning: 'The confirmation is unknown, used, expired, or belongs to another key.',
    remedy: 'Request the export again.',
  },
  KEY_IN_USE: { meaning: 'A profile uses this key.', remedy: 'Remove the profile first.' },
  HOST_FILE_DAMAGED: {
    meaning: 'A file of this program is damaged or missing, and there is no good copy of it. It will not be overwritten.',
    remedy: 'Fix the field that the message names, or restore your own backup of the file.',
  },
  HOST_FILE_RESTORED: {
    meaning:
      'A file of this program was damaged or missing. It was replaced by its copy or the defaults; the damaged file was kept.',
    remedy: 'Check the settings, profiles and keys; the last change may be lost. If it happens again, check the disk.',
  },
  HOST_FILE_UNREADABLE: {
    meaning: 'The operating system does not allow this program to read one of its files; the file itself may be fine.',
    remedy: 'The message says why. Check the disk and the owner of the file, then start again.',
  },
  HOST_FILE_UNWRITABLE: {
    meaning: 'The operating system does not allow this program to write one of its files; the previous content is unchanged.',
    remedy: 'The message says why: no space, a read-only disk, or no permission for the folder. Fix that and try again.',
  },
  HOST_FOLDER_TIGHTENED: {
    meaning: 'Other users of this machine could read the data directory; it is now restricted to its owner.',
    remedy: 'None. Anyone who needs to read it must use the same user account.',
  },
  HOST_FOLDER_SHARED: {
    meaning: 'The data directory is open to other users of this machine, and this program is not allowed to restrict it.',
    remedy: 'Use --data to give the program a directory of its own; its files in this one are readable only by their owner.',
  },
  HOST_FILE_NEWER: {
    meaning: 'A file was written by a newer version of this program; it was left unchanged.',
    remedy: 'Install the newer version again.',
  },
  PROFILE_UNKNOWN: { meaning: 'There is no profile with this id.', remedy: 'Choose one from the list.' },
  PROFILE_NETWORK_UNKNOWN: {
    meaning: "The profile's network is unknown.",
    remedy: 'Add the network again, or start it if it runs on this machine.',
  },
  PROFILE_NETWORK_COMING_SOON: {
    meaning: 'The network has been announced but has no staking contracts yet, so no node can stake or join there.',
    remedy: 'Choose another network; an update of this program will bring the contracts once they are published.',
  },
  PROFILE_KEY_TAKEN: {
    meaning: 'Another profile has the same key on the same network; two nodes with the same key get each other slashed.',
    remedy: 'Give every node its own key.',
  },
  PROFILE_CARD_TAKEN: {
    meaning: 'Another running profile uses the same graphics card.',
    remedy: 'Stop that profile, or choose another card.',
  },
  PROFILE_FIXED: {
    meaning: "A profile's key and network cannot be changed: its records protect that key on that network.",
    remedy: 'Create another profile.',
  },
  PROFILE_ENGINE_REFUSED: {
    meaning: "The profile's engine is not accepted by its network; its results could get the node slashed.",
    remedy: 'Choose an accepted engine, or another network.',
  },
  PROFILE_STATED_CARD: {
    meaning: 'A simulated card can be used only on a local network.',
    remedy: 'Choose a real card.',
  },
  PROFILE_STAKE_NOT_ALLOWED: {
    meaning: "Nobody has confirmed the stake in this node's settings; nothing was staked.",
    remedy: 'Start the node by hand and confirm the stake, or change the stake back.',
  },
  PROFILE_RUNNING: { meaning: 'The profile is running, starting or stopping.', remedy: 'Stop the node and wait until it exits.' },
  PROFILE_NOT_RUNNING: { meaning: 'The profile is not running.', remedy: 'Start it first.' },
  NOTIFY_INCOMPLETE: {
    meaning: 'The address, token or chat for these notifications is missing.',
    remedy: 'Fill in what is missing in the settings, then test again.',
  },
  NOTIFY_REFUSED: {
    meaning: 'The notification service refused the notification.',
    remedy: 'Check the address, token and chat: a Telegram bot can only write to somebody who has written to it first.',
  },
  NOTIFY_UNREACHABLE: {
    meaning: 'The notification service cannot be reached, or cannot accept notifications at the moment.',
    remedy: 'It is retried automatically. If the problem persists, check the address, the connection and the proxy.',
  },
  NOTIFY_TOO_SOON: { meaning: 'A test was sent a moment ago.', remedy: 'Wait a few seconds.' },
  OFFICIAL_RELEASE_UNREADABLE: {
    meaning: 'The release page of the official node could not be read.',
    remedy: 'Check the network connection and the proxy, or open the page in a browser and download the package there.',
  },
  OFFICIAL_FILE_UNKNOWN: {
    meaning: 'The newest release has no such file for this system, or no checksum for it.',
    remedy: "Read the release page again. If there is no checksum, download the file in a browser from the network's own pages.",
  },
  OFFICIAL_FETCH_FAILED: {
    meaning: "The official node's package could not be downloaded.",
    remedy:
      'Try again: what was downloaded is kept. If the problem persists, check the connection, the proxy and the free space.',
  },
  OFFICIAL_FETCH_WRONG: {
    meaning: 'The downloaded file is not the one on the release page, so it was deleted.',
    remedy:
      'Download it again. If it happens again, something between here and the page is changing files: use another connection.',
  },
  FLEET_ORDER_UNFIT: {
    meaning: 'This order does not apply to the node’s current state.',
    remedy: 'If the node was slashed or kicked out, or its key is locked, a person has to act at its own program.',
  },
  FLEET_PLACE_ADDRESS: {
    meaning: 'The address of a place is not a web address, or contains a user, a query or a fragment.',
    remedy: 'Use http://127.0.0.1:PORT for the near end of a tunnel, or https://HOST for an ingress.',
  },
  FLEET_PLACE_PLAIN: {
    meaning: 'The address of a place uses plain http to another machine, so its access token would be sent unencrypted.',
    remedy: 'Use https, or a tunnel (SSH, kubectl port-forward) that ends at 127.0.0.1.',
  },
  FLEET_PLACE_FILE: {
    meaning: 'A certificate or key of a place cannot be read, is not in PEM format, or lacks its counterpart.',
    remedy: 'Fix the file that the message names.',
  },
  FLEET_PLACE_TAKEN: {
    meaning: 'There is already a place with this name.',
    remedy: 'Choose another name, or remove the old one first.',
  },
  FLEET_PLACE_TOO_MANY: {
    meaning: 'The maximum number of watched places has been reached.',
    remedy: 'Remove places that are no longer needed.',
  },
  FLEET_PLACE_UNKNOWN: {
    meaning: 'There is no place with this name.',
    remedy: 'Choose one from the list.',
  },
  FLEET_PLACE_NO_TOKEN: {
    meaning: 'The access token of a place is missing.',
    remedy: 'Remove the place and add it again.',
  },
  FLEET_PLACE_UNREACHABLE: {
    meaning: 'The program at a place cannot be reached. Its nodes may still be running; what is shown of them is out of date.',
    remedy: 'It is retried automatically. Check that the program is running, and the tunnel or ingress to it.',
  },
  FLEET_PLACE_TLS: {
    meaning: 'The connection to a place failed because of its certificate, or the one that this program presents.',
    remedy: 'Check the certificate authority, the host name, the dates, and the client certificate and its key.',
  },
  FLEET_PLACE_REFUSED: {
    meaning: 'The program at a place does not accept the access token, or has revoked it.',
    remedy: 'Create a new one there with `crynux-node access create`, then remove the place here and add it again.',
  },
  FLEET_PLACE_BAD_ANSWER: {
    meaning: 'The answer of a place is not that of a crynux-node program.',
    remedy:
      'Check the address: it must lead to the port of `crynux-node serve` or `run`. Programs of very different versions may be incompatible.',
  },
  FLEET_PLACE_AWAY: {
    meaning: 'The place does not answer: the order was not delivered, or its outcome is unknown.',
    remedy: 'Check its nodes when it is back, then try again.',
  },
  ACCESS_NAME_TAKEN: {
    meaning: 'There is already an access token with this name.',
    remedy: 'Choose another name, or revoke the old one first.',
  },
  ACCESS_UNKNOWN: {
    meaning: 'There is no access token with this name.',
    remedy: '`crynux-node access list` shows the existing ones.',
  },
  ACCESS_TOO_MANY: {
    meaning: 'The maximum number of access tokens has been reached.',
    remedy: 'Revoke tokens that are no longer needed.',
  },
  LEASE_HELD: {
    meaning:
      'Another program holds the lease of this key. Two nodes with the same key get each other slashed, so this one waits.',
    remedy:
      'None, if the other program is meant to run. If its machine is lost, the node starts automatically once the lease has expired.',
  },
  LEASE_LOST: {
    meaning: 'The lease of this key was lost or could not be renewed in time; the node was ended before another one could start.',
    remedy: 'It starts again automatically once it has the lease. If this repeats, check the connection to the API server.',
  },
  LEASE_UNREACHABLE: {
    meaning:
      'The server that stores the leases does not answer, or gives an unexpected answer; without a lease the node does not start.',
    remedy: 'It is retried automatically. Check the API server, and that the network policy allows the node to reach it.',
  },
  LEASE_FORBIDDEN: {
    meaning: 'The service account is not allowed to use leases; without a lease the node does not start.',
    remedy: 'Grant it the verbs get, create and update for leases of coordination.k8s.io in its namespace.',
  },
  LEASE_NO_CLUSTER: {
    meaning: 'Kubernetes leases were requested outside a pod, or in a pod without a service account.',
    remedy: 'Leave out --lease, or let the pod mount its service account token.',
  },
  LOG_UNREADABLE: { meaning: 'A log could not be read or written.', remedy: 'Check the disk and the permissions of the folder.' },
} as const satisfies ErrorCatalogue;

export type HostErrorCode = keyof typeof HOST_ERRORS;

export class HostError extends CodedError<HostErrorCode> {}

export function isHostError(error: unknown, code?: HostErrorCode): error is HostError {
  return error instanceof HostError && (code === undefined || error.code === code);
}
