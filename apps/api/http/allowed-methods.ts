/** Which methods a path has, by the declared routes: tells 405 from 404. */
export class AllowedMethods {
  readonly #routes: readonly { readonly pattern: RegExp; readonly methods: readonly string[] }[];

  /** Paths as in OpenAPI, `/v1/orders/{orderId}`, each with its methods in lower case. */
  constructor(paths: Readonly<Record<string, object>>) {
    this.#routes = Object.entries(paths).map(([path, item]) => ({
      pattern: new RegExp(
        `^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`,
      ),
      methods: Object.keys(item).flatMap((method) =>
        method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
      ),
    }));
  }

  /** Methods of the path, or null where the path is not ours at all. */
  of(url: string): readonly string[] | null {
    const path = url.split('?', 1)[0] ?? '';
    return this.#routes.find(({ pattern }) => pattern.test(path))?.methods ?? null;
  }
}
