#!/usr/bin/env node
const oldest = [22, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(
    `galera-runbook needs Node ${oldest.join('.')} or newer; this is ${process.versions.node}: install a newer Node, or run it with "npx -p node@24 -p galera-runbook galera-runbook".\n`,
  );
  process.exitCode = 2;
} else {
  // React, when it comes, must find this before it loads.
  process.env.NODE_ENV ??= 'production';
  // Late, so that an old Node reads nothing that it does not understand.
  const { main } = await import('./commands/main.ts');
  const exit = await main(process.argv.slice(2), process.argv[1]);
  // Work that was let go by a second ctrl-c must not keep the process; what was written reaches its reader first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exit)));
}
