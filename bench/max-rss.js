// Loaded before a program (`node --import`): at its end it writes the most memory that it had, in KiB, to the file $MAX_RSS.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.MAX_RSS ?? '/dev/null', String(process.resourceUsage().maxRSS)));
