import { canonical } from '../../src/base/json.ts';
import type { Ended, Undisturbed } from './crash.ts';
import type { Picture } from './crash-picture.ts';

/** Parts of the picture that are not as in the run that nobody disturbed. */
export function differences(end: Pick<Undisturbed, 'picture'>, { picture }: Ended): readonly string[] {
  return partsOff(end.picture, picture, Object.keys(end.picture) as (keyof Picture)[]);
}

function partsOff(wanted: Picture, found: Picture, parts: readonly (keyof Picture)[]): string[] {
  return parts.flatMap((part) =>
    canonical(wanted[part]) === canonical(found[part])
      ? []
      : [`${part} ${canonical(found[part])} for ${canonical(wanted[part])}`],
  );
}

/** Never other than in the undisturbed run. */
const always = ['equal', 'selector', 'statefulSet', 'claims', 'lease'] as const;
/** What a run changes, all of it together. */
const changed = ['members', 'groups', 'histories', 'rows', 'copies', 'kept'] as const;

/**
 * What is wrong with the end of a run that was stopped or repaired: it may have been done, or taken back, and nothing between. Nothing is owed,
 * the index has what is on the backup volume, and there was no second bootstrap on either way.
 */
export function unsound(end: Undisturbed, { picture }: Ended): readonly string[] {
  const { owed, archives, index, bootstraps } = picture;
  const done = partsOff(end.picture, picture, changed);
  const undone = partsOff(end.before, picture, changed);
  return [
    ...owed.map((debt) => `owes ${debt}`),
    ...partsOff(end.picture, picture, always),
    ...(done.length > 0 && undone.length > 0 ? done : []),
    ...(archives.whole === index.length ? [] : [`${archives.whole} archives, ${index.length} listed`]),
    ...(bootstraps > 1 + end.picture.bootstraps ? [`${bootstraps} bootstraps`] : []),
  ];
}
