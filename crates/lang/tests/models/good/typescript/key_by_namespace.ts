import * as moose from "@514labs/moose-lib";

export interface Click {
  id: moose.Key<string>;
}
