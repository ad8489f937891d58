/**
 * Starts both servers and says where they are; they keep it running. servers.test.ts kills it, and looks whether they go
 * with it.
 */
import { startMinistack, startMoto } from "./servers.ts";

const servers = await Promise.all([startMoto(), startMinistack()]);
console.log(JSON.stringify(servers.map(({ pid, url }) => ({ pid, url }))));
