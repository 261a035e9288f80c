import type { Key } from "antler";
import type { CalendarDate, Decimal, LowCardinality, UUID } from "antler-types";

export interface Invoice {
  id: Key<LowCardinality>;
  uuid: UUID | null;
  price: Decimal<10, 2>;
  day: CalendarDate | null;
  kind: LowCardinality;
}
