import type { Decimal } from "antler-types";

export interface Invoice {
  id: Key<string>;
  parts: { prices?: Decimal<10, 2>[] };
}
