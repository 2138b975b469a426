import type { Body } from './body.ts';
import type { FrontMatter } from './frontmatter.ts';
import type { Section } from './markdown.ts';
import type { ActionFacts } from './runbook.ts';

/** A step while it is checked. Forward steps come before those of `rollback`, so `index` is the order of the document. */
export interface Draft {
  readonly section: Section;
  readonly id: string;
  readonly index: number;
  readonly part: 'forward' | 'rollback';
  /** Absent when the fence is missing or could not be read. */
  readonly body?: Body;
  /** Absent when the action is unknown, too. */
  readonly facts?: ActionFacts;
}

export interface DraftBook {
  readonly frontMatter: FrontMatter;
  readonly drafts: readonly Draft[];
  /** The first step of each id; a second one has been reported. */
  readonly byId: ReadonlyMap<string, Draft>;
}
