import type { Key } from "antler";

export interface Lead {
  id: Key<string>;
  isEmail: boolean;
  isHex: boolean;
  domain?: string;
  digits: string;
  spaced: string;
  slug: string;
  masked: string;
  swapped: string;
  first: string;
  numbers: string[];
  count: number;
  parts: string[];
  words: string[];
  three: boolean;
  threeUnits: boolean;
  isBot: boolean;
  year: number | null;
  dots: string;
  odd: string;
}
