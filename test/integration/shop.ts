import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What decides whether and where customers of the public name are served. */
export interface ShopState {
  /** Regions that the traffic switch holds out of DNS now. */
  evacuated(): Promise<readonly string[]>;
  /** The Region of the database's writer now; null while there is none. */
  writer(): Promise<string | null>;
}

/** What customers ask for; a plan's Regions must have names of their own. */
export const publicName = "localhost";

/** The application as its customers see it: an endpoint a Region, and the public name. */
export interface Shop {
  /** A Region's own endpoint. */
  probeUrl(region: string): string;
  /** What customers ask for under the public name. */
  readonly publicUrl: string;
  /** Takes a POST, and writes. */
  readonly writeUrl: string;
  /** From now on whoever is sent to the Region waits and gets no answer. */
  darken(region: string): void;
  close(): Promise<void>;
}

/**
 * Serves on one port. The public name leads to the first Region that is not evacuated, as a health check would have it,
 * with no time for a resolver to forget; a write needs the writer's Region as well.
 */
export async function startShop(regions: readonly string[], state: ShopState): Promise<Shop> {
  const dark = new Set<string>();
  const server = createServer((request, response) => {
    request.resume();
    answer(request.url ?? "/", response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });

  async function answer(path: string, response: ServerResponse): Promise<void> {
    const [, first = "", region = ""] = path.split("/");
    switch (first) {
      case "regions":
        return serve(region, response);
      case "health":
        return serve(await publicRegion(), response);
      case "write": {
        const writer = await state.writer();
        // Whoever cannot reach the writer waits for it.
        if (writer === null || dark.has(writer)) return;
        return serve(await publicRegion(), response);
      }
      default:
        response.writeHead(404).end();
    }
  }

  async function publicRegion(): Promise<string> {
    const out = await state.evacuated();
    return regions.find((region) => !out.includes(region)) ?? regions[0] ?? "";
  }

  function serve(region: string, response: ServerResponse): void {
    if (!dark.has(region)) response.writeHead(200, { "x-served-by-region": region }).end("served");
  }

  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const { port } = server.address() as AddressInfo;
  return {
    probeUrl: (region) => `http://127.0.0.1:${port}/regions/${region}/health`,
    publicUrl: `http://${publicName}:${port}/health`,
    writeUrl: `http://${publicName}:${port}/write`,
    darken: (region) => {
      dark.add(region);
    },
    close: () =>
      new Promise((settle) => {
        server.close(() => settle());
        // Those that wait would keep it open.
        server.closeAllConnections();
      }),
  };
}
