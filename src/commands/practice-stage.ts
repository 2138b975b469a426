import { dateTimeText } from '../base/time.ts';
import { still } from '../practice/endings.ts';
import type { Act, Rows, Scenario } from '../practice/scenario.ts';
import { practiceConfig } from '../simulator/build.ts';
import { clientTable } from '../simulator/dataset.ts';
import type { Simulation } from '../simulator/simulation.ts';
import { sumsOf } from '../simulator/sql.ts';
import { namesIn, nodeAt } from '../simulator/tree.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { openPractice } from './practice-world.ts';

/** The practice cluster under a scenario: what happens on it, and whether it ended as it should. */
export class Stage {
  readonly #globals: Globals;
  #before: Rows = {};

  constructor(globals: Globals) {
    this.#globals = globals;
  }

  get simulation(): Simulation {
    return openPractice(this.#globals);
  }

  /** What the operator does not do. Gives what is to be told of it, line by line. */
  act(act: Exclude<Act, { act: 'command' }>): readonly string[] {
    switch (act.act) {
      case 'say':
        return [act.says];
      case 'happens': {
        const { simulation } = this;
        const says = `*** ${dateTimeText(simulation.world.now)}: ${act.says}`;
        const named = JSON.parse(withBackups(simulation, JSON.stringify(act.faults))) as typeof act.faults;
        for (const fault of named) simulation.do(fault);
        // A moment for the members to notice.
        simulation.do({ do: 'tick', ms: 1000 });
        return [says];
      }
      case 'looms': {
        const { simulation } = this;
        for (const fault of act.faults) simulation.do({ do: 'plan', fault });
        return [`*** ${act.says}`];
      }
      case 'time':
        this.simulation.do({ do: 'tick', ms: act.ms });
        return [`*** ${act.says}`];
      case 'remember':
        this.#before = rowsOf(this.simulation);
        return [];
      case 'compare':
        return comparison(this.#before, rowsOf(this.simulation));
    }
  }

  /** With the ids of backups in the place of their numbers. */
  words(words: readonly string[]): readonly string[] {
    const { simulation } = this;
    return words.map((word) => withBackups(simulation, word));
  }

  /** What is not as the scenario should leave it. */
  wrongAtEnd(scenario: Scenario): readonly string[] {
    const { simulation } = this;
    const ended = { world: simulation.world, before: this.#before, after: rowsOf(simulation) };
    return scenario.ending.flatMap((ending) => ending(ended) ?? []);
  }
}

function rowsOf(simulation: Simulation): Rows {
  const { account } = practiceConfig();
  const read = (member: string) => {
    try {
      return sumsOf(simulation.world, member, account);
    } catch {
      // It serves nobody now.
      return undefined;
    }
  };
  return Object.fromEntries(
    [0, 1, 2].map((ordinal) => `mariadb-server-${ordinal}`).map((member) => [member, read(member)]),
  );
}

/** A line for each table: its rows before, and on each member now. */
function comparison(before: Rows, after: Rows): string[] {
  const was = Object.values(before)[0] ?? [];
  const names = [...new Set([was, ...Object.values(after)].flatMap((rows) => (rows ?? []).map(nameOf)))].toSorted();
  const cell = (rows: Rows[string], name: string) => rows?.find((each) => nameOf(each) === name);
  const lines = names.map((name) => {
    const then = cell(was, name);
    const now = Object.values(after).map((rows) => cell(rows, name));
    const same = now.every((each) => each?.rows === then?.rows && each?.checksum === then?.checksum);
    const checksums = name === clientTable ? 'clients write to it' : same ? 'equal' : 'differ';
    return [name, ...[then, ...now].map((each) => String(each?.rows ?? '-')), checksums];
  });
  const all = Object.values(after).every((rows) => still(rows) === still(was));
  return [
    ...columns(
      ['rows of', 'before', ...Object.keys(after).map((name) => name.replace(/^.*-/, 'member ')), 'checksums'],
      lines,
    ),
    all ? `Every table but ${clientTable} is as it was, on every member.` : '',
  ];
}

const nameOf = (of: { readonly schema: string; readonly table: string }) => `${of.schema}.${of.table}`;

/** `{backup 2}` is the second oldest on the volume. */
function withBackups(simulation: Simulation, text: string): string {
  const { world } = simulation;
  const root = world.volumes['volume-galera-backups']?.root;
  const ids = root === undefined ? [] : namesIn(nodeAt(root, world.cluster)).filter((name) => /^\w+Z$/.test(name));
  return text.replaceAll(/\{backup (\d+)\}/g, (_, number) => ids[Number(number) - 1] ?? '');
}
