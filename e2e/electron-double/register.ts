/** Makes `electron` resolve to the double, and archives readable, in this process only. */
import './asar.ts';
import { registerHooks } from 'node:module';

const double = new URL('./index.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context),
});
