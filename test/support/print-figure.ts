/** One figure on a line of its own of standard output, where `npm run show` reads it. */
export function printFigure(name: string, value: string | number): void {
  process.stdout.write(`figure: ${name} = ${value}\n`);
}
