import type { Key } from "antler";
import type { CalendarDate, Decimal, LowCardinality, UUID } from "antler-types";

export interface Invoice {
  id: Key<UUID>;
  idText: string;
  day: CalendarDate;
  year: number;
  price: Decimal<9, 2>;
  finer: Decimal<20, 6>;
  doubled: Decimal<18, 2>;
  tax: Decimal<40, 4>;
  country: LowCardinality;
  countryText: string;
  label: LowCardinality;
  lines: { id: UUID; price: Decimal<18, 3>; unit?: LowCardinality }[];
  prices: string[];
  tags: string[];
  shouted: LowCardinality[];
  days: (CalendarDate | null)[];
  part: { country: string; day: CalendarDate; size: number };
  isHome: boolean;
}
