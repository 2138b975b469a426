// What any program with these screens costs before it draws: the start of Node and the two imports.
process.env.NODE_ENV = 'production';
await Promise.all([import('ink'), import('react')]);
process.stdout.write('imported\n');
process.exit(0);
