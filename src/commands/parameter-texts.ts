import { fail } from '../base/failure.ts';

/** `-p key=value` as names and texts; each name once. */
export function parameterTexts(given: readonly string[] = []): { readonly [name: string]: string } {
  const texts: { [name: string]: string } = {};
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) fail('usage', 'a parameter as key=value', text, 'correct it: -p KEY=VALUE');
    const name = text.slice(0, at);
    if (name in texts) fail('usage', `parameter ${name} once`, 'twice', 'leave one out');
    texts[name] = text.slice(at + 1);
  }
  return texts;
}
