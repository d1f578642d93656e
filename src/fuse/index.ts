export { checkTopK, fuse, type FuseOptions, type FuseResult, type FuserChoice, fuserName, resolveFuser } from './fuse.ts';
