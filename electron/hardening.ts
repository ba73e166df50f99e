/** Everything that pages are denied, whoever wrote them. SECURITY.md has the same list, and each entry has a test. */
import { readFile } from 'node:fs/promises';
import { app, protocol, type Session, session } from 'electron';
import { SECURITY_HEADERS } from '../contract/content-security.ts';
import { IS_PACKAGE } from '../platform/programs.ts';
import type { ShellModule } from './module.ts';
import { fileOf, isOwnPage, isOwnUrl, mimeOf, PAGE_ORIGIN, PAGE_SCHEME } from './page.ts';

export const hardening: ShellModule = {
  name: 'hardening',

  init() {
    app.enableSandbox();
    // The GPU in this machine is for earning, so the window is drawn by the CPU.
    app.disableHardwareAcceleration();
    protocol.registerSchemesAsPrivileged([{ scheme: PAGE_SCHEME, privileges: { standard: true, secure: true } }]);
    app.on('web-contents-created', (_event, contents) => {
      const stay = (event: { preventDefault(): void; readonly url: string }): void => {
        if (!isOwnPage(event.url)) event.preventDefault();
      };
      contents.on('will-navigate', stay);
      contents.on('will-frame-navigate', stay);
      contents.on('will-redirect', stay);
      contents.on('will-attach-webview', (event) => event.preventDefault());
      contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    });
    app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
      event.preventDefault();
      callback(false);
    });
  },

  load({ paths }) {
    denyEverything(session.defaultSession);
    session.defaultSession.protocol.handle(PAGE_SCHEME, (request) => serveFile(request.url, paths.renderer));
  },
};

/** No permissions, no devices, no network, no downloads. */
function denyEverything(own: Session): void {
  own.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  own.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !mayLoad(details.url) }));
  own.on('will-download', (event, item) => {
    // Allowed: exports, which are made from bytes inside the page.
    if (!item.getURL().startsWith(`blob:${PAGE_ORIGIN}/`)) event.preventDefault();
  });
}

function mayLoad(url: string): boolean {
  if (isOwnUrl(url) || url.startsWith(`blob:${PAGE_ORIGIN}/`) || url.startsWith('data:image/')) return true;
  // The developer tools, which exist only when run from source, are pages themselves.
  return !IS_PACKAGE && url.startsWith('devtools://');
}

async function serveFile(url: string, folder: string): Promise<Response> {
  const file = fileOf(url, folder);
  const bytes = file === null ? null : await readFile(file).catch(() => null);
  if (file === null || bytes === null) return new Response(null, { status: 404, headers: SECURITY_HEADERS });
  return new Response(new Uint8Array(bytes), { headers: { ...SECURITY_HEADERS, 'Content-Type': mimeOf(file) } });
}
