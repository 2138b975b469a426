import type { Heading, Nodes, Root, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import { type Callout, readCallout } from './callout.ts';
import { type Fence, readFence } from './fence.ts';
import { quote, type Report } from './problem.ts';
import type { Part } from './yaml.ts';

/** From one H1, H2 or H3 to the next of any of these: what belongs to a heading does not depend on its depth. */
export interface Section {
  readonly depth: number;
  readonly at: number;
  /** The heading's text without the id. */
  readonly title: string;
  readonly id?: string;
  readonly idAt: number;
  readonly fences: readonly Fence[];
  readonly callouts: readonly Callout[];
  /** Markdown below the heading, without fences of steps. */
  readonly prose: string;
}

export interface Outline {
  readonly frontMatter?: Part;
  readonly sections: readonly Section[];
}

/** Undefined, with one problem, when the text is nested so deeply that the Markdown parser gives up. */
export function readOutline(text: string, report: Report): Outline | undefined {
  const root = parse(text);
  if (!root) {
    report.add(0, 'the text is nested too deeply to be read', 'is this the right file?');
    return undefined;
  }
  let frontMatter: Part | undefined;
  const sections: Building[] = [];
  for (const node of root.children) {
    if (node.type === 'yaml') {
      const base = text.indexOf('\n') + 1;
      frontMatter = { base, source: text.slice(base, text.lastIndexOf('\n', offsets(node).end - 1) + 1) };
      continue;
    }
    if (node.type === 'heading' && node.depth <= 3) sections.push(begin(node));
    const section = sections.at(-1);
    refuseInside(node, text, report);
    if (node.type === 'code') {
      const fence = readFence(node, text, section?.id !== undefined, report);
      // Markdown takes an indented fence's blanks off each line below: what runs would not be what is written.
      if (fence && /[ \t]/.test(text.charAt(fence.at - 1)))
        report.add(fence.at, 'the fence of a step is indented', 'start it at column 1');
      if (fence && section) section.fences.push(fence);
      else if (fence) refuseHomeless(fence, report);
    } else if (node.type === 'blockquote') {
      const callout = readCallout(node, textOf(node), text, report);
      if (callout) section?.callouts.push(callout);
    }
  }
  const finished = sections.map((section, index) =>
    finish(section, sections[index + 1]?.at ?? text.length, text, report),
  );
  return frontMatter ? { frontMatter, sections: finished } : { sections: finished };
}

interface Building extends Omit<Section, 'prose'> {
  readonly fences: Fence[];
  readonly callouts: Callout[];
  readonly end: number;
}

/** Quotes and list items inside each other on one line: the parser takes quadratic time for them, minutes for a megabyte. */
const tooDeep = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){40}/m;

export function parse(text: string): Root | undefined {
  if (tooDeep.test(text)) return undefined;
  try {
    return fromMarkdown(text, {
      extensions: [gfm(), frontmatter(['yaml'])],
      mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown(['yaml'])],
    });
  } catch (error) {
    // The GFM part walks the tree by recursion: enough nesting exhausts the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function begin(node: Heading): Building {
  const { start, end } = offsets(node);
  const last = node.children.at(-1);
  const hasId = last?.type === 'inlineCode' && node.depth > 1;
  const title = (hasId ? node.children.slice(0, -1) : node.children).map(textOf).join('');
  return {
    depth: node.depth,
    at: start,
    end,
    title: title.replace(/\s+/g, ' ').trim(),
    ...(hasId ? { id: last.value } : {}),
    idAt: hasId ? offsets(last).start : start,
    fences: [],
    callouts: [],
  };
}

function finish({ end, ...section }: Building, until: number, text: string, report: Report): Section {
  const pieces: string[] = [];
  let from = end;
  for (const fence of section.fences) {
    pieces.push(text.slice(from, fence.at));
    from = fence.end;
  }
  pieces.push(text.slice(from, until));
  if (section.id === undefined) for (const fence of section.fences) refuseHomeless(fence, report, section);
  const prose = pieces.map((piece) => piece.replaceAll('\r\n', '\n').trim()).filter((piece) => piece !== '');
  return { ...section, prose: prose.join('\n\n') };
}

function refuseHomeless(fence: Fence, report: Report, section?: Section | Omit<Building, 'end'>): void {
  const example = section && section.depth > 1 ? section.title : 'Stop every member';
  const under = section ? `the heading ${quote(section.title)} ends in no id` : 'there is no heading above';
  report.add(fence.at, `a step without an id: ${under}`, `a step is an H2 or H3 like: ## ${example} \`stop\``);
}

/** What a reader of the rendered page does not see, and what looks like a step to him and is none. */
function refuseInside(top: RootContent, text: string, report: Report): void {
  for (const node of walk(top)) {
    const { start } = offsets(node);
    const nested = node !== top;
    if (node.type === 'html')
      report.add(
        start,
        'HTML is not part of a runbook: a reader would not see it',
        'write it in Markdown, or in a ```text fence',
      );
    // A definition could also turn `[!CAUTION]` into a link.
    if (node.type === 'definition')
      report.add(start, 'a link definition is invisible to a reader', 'write the link in place: [text](address)');
    if (node.type === 'heading' && nested) report.add(start, 'a heading inside a quote or a list', 'move it out');
    if (node.type === 'heading' && !nested && node.depth > 3 && node.children.at(-1)?.type === 'inlineCode')
      report.add(
        start,
        `a heading of depth ${node.depth} looks like a step`,
        'make it an H2 or H3, or end it in plain text',
      );
    if (node.type === 'code' && nested && readFence(node, text, false, report))
      report.add(
        start,
        'a step inside a quote or a list',
        'a step has a heading of its own, and its fence starts the line',
      );
  }
}

/** Every node in document order; a loop, because nesting has no limit. */
function* walk(top: Nodes): Generator<Nodes> {
  const open: Nodes[] = [top];
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    if ('children' in node) for (const child of node.children.toReversed()) open.push(child);
  }
}

export function textOf(top: Nodes): string {
  let text = '';
  for (const node of walk(top)) if ('value' in node) text += node.value;
  return text;
}

function offsets(node: Nodes): { readonly start: number; readonly end: number } {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 };
}
