import { Key } from "@514labs/moose-lib";

export interface Click {
  id: Key<string>;
}
