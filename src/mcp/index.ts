export { serveMcp, type ServeMcpOptions } from './serve-mcp.ts';
