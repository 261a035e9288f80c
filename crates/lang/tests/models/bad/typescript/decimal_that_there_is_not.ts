import type { Decimal, UUID } from "antler-types";

export interface Invoice {
  id: Key<string>;
  plain: Decimal;
  wide: Decimal<77, 2>;
  deep: Decimal<2, 3>;
  odd: number & UUID;
}
