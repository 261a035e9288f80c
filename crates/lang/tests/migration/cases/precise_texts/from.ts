import type { Key } from "antler";
import type { CalendarDate, Decimal, LowCardinality, UUID } from "antler-types";

export interface Invoice {
  id: Key<UUID>;
  day: CalendarDate;
  price: Decimal<9, 2>;
  tax?: Decimal<40, 4>;
  country: LowCardinality;
  note: LowCardinality | null;
  lines: { id: UUID; price: Decimal<18, 3>; unit?: LowCardinality }[];
  tags: LowCardinality[];
  days: (CalendarDate | null)[];
  part: { country: LowCardinality; day: CalendarDate; size: number };
}
