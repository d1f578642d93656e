/** Ways to start Python 3, in the order in which they are tried. */
export const PYTHON_COMMANDS: readonly (readonly [string, ...string[]])[] = [['python3'], ['python'], ['py', '-3']];
