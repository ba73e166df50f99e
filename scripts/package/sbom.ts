/** A bill of materials as CycloneDX 1.6 has it: https://cyclonedx.org/docs/1.6/json */
import { createHash } from 'node:crypto';
import type { Component } from './components.ts';
import type { Target } from './target.ts';

export interface SbomOptions {
  readonly components: readonly Component[];
  readonly program: { readonly name: string; readonly version: string; readonly license: string };
  readonly target: Target;
}

/** The same components give the same text: there is no date, and the serial number is derived from the content. */
export function sbomOf({ components, program, target }: SbomOptions): string {
  const parts = components.map(partOf);
  const ref = `${program.name}@${program.version}`;
  const metadata = {
    component: {
      type: 'application',
      'bom-ref': ref,
      name: program.name,
      version: program.version,
      licenses: licensesOf(program.license),
      properties: [{ name: 'crynux:target', value: `${target.platform}-${target.arch}` }],
    },
  };
  const dependencies = [
    { ref, dependsOn: parts.map((part) => part['bom-ref']) },
    ...parts.map((part) => ({ ref: part['bom-ref'] })),
  ];
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata, components: parts, dependencies };
  return `${JSON.stringify({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', serialNumber: serialOf(JSON.stringify(bom)), ...bom }, null, 2)}\n`;
}

function partOf({ place, name, version, license, resolved, integrity }: Component) {
  const [scope, own] = name.startsWith('@') ? name.split('/', 2) : [undefined, name];
  const hash = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
  return {
    type: name === 'electron' || name === 'node' ? 'framework' : 'library',
    'bom-ref': `${place}@${version}`,
    ...(scope === undefined ? {} : { group: scope }),
    name: own ?? name,
    version,
    purl: `pkg:npm/${scope === undefined ? '' : `${encodeURIComponent(scope)}/`}${own}@${version}`,
    ...(license === null ? {} : { licenses: licensesOf(license) }),
    ...(hash === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
    ...(resolved === null ? {} : { externalReferences: [{ type: 'distribution', url: resolved }] }),
  };
}

/** A single licence has an id; a choice of several is an expression. */
function licensesOf(license: string) {
  return /^[\w.+-]+$/.test(license) ? [{ license: { id: license } }] : [{ expression: license.replace(/^\((.*)\)$/, '$1') }];
}

/** A UUID with the form of version 5. */
function serialOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
