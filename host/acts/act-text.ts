/** What a person reads before confirming: the act and its facts, in the program's own texts. Pure. */

import type { ActQuestion, QuestionFacts, QuestionName } from '../../contract/act-questions.ts';
import { IRREVERSIBLE_ACTS } from '../../contract/act-questions.ts';
import { plainText } from '../../contract/plain-text.ts';
import type { Language } from '../../contract/settings.ts';
import { formatCnxExact } from '../../protocol/money/wei.ts';

export interface ActText {
  /** One sentence. */
  readonly message: string;
  /** One fact per line, and finally what to do if it was not you. */
  readonly lines: readonly string[];
}

interface ActTexts {
  readonly acts: Readonly<Record<QuestionName, string>>;
  readonly facts: Readonly<Record<string, string>>;
  /** Values that are names used in the program. */
  readonly values: Readonly<Record<string, string>>;
  readonly address: string;
  readonly irreversible: string;
  readonly notYou: string;
  readonly yes: string;
  readonly no: string;
  readonly colon: string;
}

/** Facts whose values may be such names, which are translated. */
const OWN_NAMES: ReadonlySet<string> = new Set(['secret', 'goesTo', 'proxy', 'proxyBefore', 'mirrorUrls']);
const MAX_SHOWN = 400;

const TEXTS: Readonly<Record<Language, ActTexts>> = {
  en: {
    acts: {
      exportKey: 'Export the private key?',
      archiveKey: 'Archive the key?',
      changeProxy: "Change the proxy? All of this program's internet traffic will go through it.",
      setSecret: 'Replace a stored secret?',
      removeSecret: 'Remove a secret?',
      changeModelSources: 'Change where a node gets its models from?',
      changeChat: 'Send notifications to another chat?',
      addPlace: 'Watch another program? It will receive an access token, and windows here will be able to control its nodes.',
      addNetwork: 'Add a network? Its relay and its chain will learn what your nodes do, and will be trusted.',
      withdraw: 'Withdraw money from the relay account?',
      setStake: 'Change the stake?',
      setDelegatorShare: 'Change the delegators’ share?',
      setBenefitAddress: 'Set the beneficial address permanently?',
      forceUnstake: 'Recover the stake without the relay?',
      legacyTryUnstake: 'Request the stake in the old contracts?',
      legacyForceUnstake: 'Recover the stake from the old contracts?',
      unstake: 'Leave the network and unstake?',
      rejoin: 'Rejoin the network and stake again?',
      stakeAtStart: 'Start the node with the stake in its settings?',
      acceptSelfTest: 'Continue with the changed result of the self-test? If it is wrong, the stake will be lost.',
      confirmAlone: 'Confirm that no other machine uses this key? If one does, the stake will be lost.',
    },
    facts: {
      node: 'Node',
      proxy: 'Proxy',
      proxyBefore: 'Current proxy',
      chatId: 'Chat',
      chatIdBefore: 'Current chat',
      noProxy: 'Not through the proxy',
      place: 'Place',
      secret: 'Secret',
      goesTo: 'Sent to',
      hubUrl: 'Model hub',
      mirrorUrls: 'Mirrors',
      title: 'Name',
      relayUrl: 'Relay',
      rpcUrls: 'Chain endpoints',
      network: 'Network',
      amountWei: 'Amount',
      feeWei: 'Fee',
      destination: 'Destination',
      targetWei: 'New stake',
      valueWei: 'Sent from the wallet',
      fromCreditsWei: 'Taken from credits',
      returnedWei: 'Returned to the wallet',
      returnedCreditsWei: 'Returned as credits',
      balanceWei: 'Stake',
      creditsWei: 'Staked credits',
      stakedWei: 'Stake',
      rejoinsItself: 'Stakes it again automatically after a kick-out',
      percent: 'New share, percent',
      before: 'Current share, percent',
      delegatedWei: 'Delegated',
      address: 'New beneficial address',
      checksummed: 'With checksum',
      chainId: 'Chain',
      contract: 'Contract',
      call: 'Call',
      mostGasWei: 'Maximum gas',
    },
    values: {
      proxyPassword: 'proxy password',
      hubToken: 'model hub access token',
      webhookUrl: 'webhook address',
      telegramToken: 'Telegram bot token',
      ntfyUrl: 'ntfy topic address',
      environment: 'from the environment',
      none: 'none',
    },
    address: 'Key',
    irreversible: 'This cannot be undone.',
    notYou: 'A window has requested this. If it was not you, refuse.',
    yes: 'yes',
    no: 'no',
    colon: ': ',
  },
  'zh-CN': {
    acts: {
      exportKey: '导出私钥？',
      archiveKey: '停用该密钥？',
      changeProxy: '更改代理？本程序的所有网络请求都将经过它。',
      setSecret: '保存新的机密？它将替换已保存的机密。',
      removeSecret: '删除机密？',
      changeModelSources: '更改节点的模型来源？',
      changeChat: '将通知发送到其他聊天？',
      addPlace: '监看另一个程序？将向它发送访问令牌，此后本机窗口可操控其节点。',
      addNetwork: '添加网络？程序将信任该网络的中继和链。',
      withdraw: '从中继账户提现？',
      setStake: '更改质押？',
      setDelegatorShare: '更改委托人的分成？',
      setBenefitAddress: '永久设置收益地址？',
      forceUnstake: '不经中继取回质押？',
      legacyTryUnstake: '申请取回旧合约中的质押？',
      legacyForceUnstake: '从旧合约取回质押？',
      unstake: '离开网络并取回质押？',
      rejoin: '重新质押并再次加入网络？',
      stakeAtStart: '启动节点，并按其设置质押？',
      acceptSelfTest: '接受自检的变化结果？如果结果有误，将失去质押。',
      confirmAlone: '确认没有其他机器使用此密钥？如果有，将失去质押。',
    },
    facts: {
      node: '节点',
      proxy: '代理',
      proxyBefore: '当前代理',
      chatId: '聊天',
      chatIdBefore: '当前聊天',
      noProxy: '不经代理访问',
      place: '位置',
      secret: '机密',
      goesTo: '发送至',
      hubUrl: '模型中心',
      mirrorUrls: '镜像',
      title: '名称',
      relayUrl: '中继',
      rpcUrls: '链的节点',
      network: '网络',
      amountWei: '金额',
      feeWei: '手续费',
      destination: '收款地址',
      targetWei: '新的质押',
      valueWei: '从钱包支出',
      fromCreditsWei: '从积分支出',
      returnedWei: '退回钱包',
      returnedCreditsWei: '退回积分',
      balanceWei: '质押',
      creditsWei: '已质押积分',
      stakedWei: '质押',
      rejoinsItself: '被移出后自动再次质押',
      percent: '新的分成（百分比）',
      before: '当前分成（百分比）',
      delegatedWei: '委托总额',
      address: '新的收益地址',
      checksummed: '带校验和',
      chainId: '链',
      contract: '合约',
      call: '调用',
      mostGasWei: '最高燃料费',
    },
    values: {
      proxyPassword: '代理密码',
      hubToken: '模型中心访问令牌',
      webhookUrl: 'Webhook 地址',
      telegramToken: 'Telegram 机器人令牌',
      ntfyUrl: 'ntfy 主题地址',
      environment: '使用环境设置',
      none: '无',
    },
    address: '密钥',
    irreversible: '此操作无法撤销。',
    notYou: '这是窗口提出的请求。如果不是您的操作，请拒绝。',
    yes: '是',
    no: '否',
    colon: '：',
  },
};

export function actText({ name, address, facts }: ActQuestion, language: Language): ActText {
  const texts = TEXTS[language];
  const line = (label: string, value: string) => `${label}${texts.colon}${value}`;
  return {
    message: texts.acts[name],
    lines: [
      ...(address === null ? [] : [line(texts.address, address)]),
      ...Object.entries(facts)
        .filter(([, value]) => value !== null)
        .map(([fact, value]) => line(texts.facts[fact] ?? fact, valueText(fact, value, texts))),
      ...(IRREVERSIBLE_ACTS.has(name) ? [texts.irreversible] : []),
      texts.notYou,
    ],
  };
}

/** What to type to confirm it: the last characters of the address in question, as shown. */
export function confirmationText({ address, facts }: ActQuestion): string {
  const named = [facts.address, facts.destination, address].find((one) => typeof one === 'string');
  return typeof named === 'string' ? named.slice(-4) : 'yes';
}

function valueText(fact: string, value: QuestionFacts[string], { yes, no, values }: ActTexts): string {
  if (typeof value === 'boolean') return value ? yes : no;
  if (OWN_NAMES.has(fact) && Object.hasOwn(values, String(value))) return values[String(value)] ?? '';
  // To the last wei, because rounding could hide something.
  return fact.endsWith('Wei') && /^\d+$/.test(String(value))
    ? `${formatCnxExact(BigInt(String(value)))} CNX`
    : shortened(String(value));
}

/**
 * Text that a page may have written: stripped of line breaks and control characters, and shortened, so that it cannot
 * hide or displace other lines.
 */
function shortened(text: string): string {
  const shown = plainText(text.slice(0, MAX_SHOWN));
  return text.length > MAX_SHOWN ? `${shown}… (${text.length})` : shown;
}
