/** Makes `electron` mean the double, and archives readable, for this process alone. */
import './asar.ts';
import { registerHooks } from 'node:module';

const double = new URL('./index.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context),
});
