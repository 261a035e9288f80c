// What data models may import, for editors: nothing has to be installed.

declare module "antler" {
  /** A field that the table is sorted by. Every data model has at least one. */
  export type Key<T> = T;
}

// The same under the name that Moose projects use.
declare module "@514labs/moose-lib" {
  export type { Key } from "antler";
}
