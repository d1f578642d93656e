export { createLocalModel } from '../local-interim/index.ts';
