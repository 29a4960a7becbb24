import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document, once it is made: it needs the whole application, which needs its modules. */
export class ApiDescription {
  #document: OpenAPIObject | null = null;

  get document(): OpenAPIObject {
    if (this.#document === null) throw new Error('configureApi was not called.');
    return this.#document;
  }

  publish(document: OpenAPIObject): void {
    this.#document = document;
  }
}
