import { ValueFile } from '../../src/host/value-file.ts';

/** Adds one so often to the number in a file; with `die`, is killed in the middle of the last time. */
const [path = '', times = '0', die] = process.argv.slice(2);
const file = new ValueFile(path);
for (let time = 1; time <= Number(times); time++)
  file.exclusively(() => {
    const number = file.read('') as number;
    if (die !== undefined && time === Number(times)) process.kill(process.pid, 'SIGKILL');
    file.write(number + 1);
  });
