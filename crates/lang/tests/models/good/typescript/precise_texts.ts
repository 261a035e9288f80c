import type { CalendarDate, Decimal, LowCardinality, UUID } from "antler-types";
import type { ClickHouseDecimal } from "@514labs/moose-lib";

type Price = Decimal<10, 2>;

export interface Invoice {
  id: Key<UUID>;
  day: Key<CalendarDate>;
  price: Price;
  tax?: Decimal<76, 76>;
  total: string & ClickHouseDecimal<18, 3>;
  country: LowCardinality;
  region: string & LowCardinality;
  city?: LowCardinality;
  tags: (LowCardinality | null)[];
  part: { id: UUID; days?: CalendarDate[] };
}
