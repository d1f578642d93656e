export {
  checkTopK,
  fuse,
  type FuseOptions,
  type FuseResult,
  type FuserChoice,
  fuserName,
  resolveFuser,
  runFuser,
} from './fuse.ts';
