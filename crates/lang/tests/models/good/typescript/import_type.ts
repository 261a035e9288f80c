import type { Key } from "@514labs/moose-lib";
import { type Key as K } from "@514labs/moose-lib";

export interface Click {
  id: Key<string>;
  twin: K<number>;
}
