export { type BlenderConfig, defineConfig } from './blender-config.ts';
export { CONFIG_NAMES, findConfig } from './find-config.ts';
export { loadConfig, type LoadConfigOptions } from './load-config.ts';
