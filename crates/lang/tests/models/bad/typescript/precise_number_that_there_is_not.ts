import type { AntlerColumn, Int128 } from "antler-types";

export interface Reading {
  id: Key<string>;
  wide: Int128;
  odd: number & AntlerColumn<"Int7">;
  text: string & AntlerColumn<"Int8">;
}
