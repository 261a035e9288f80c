enum Code { Lowest = 1, Middle = 2, Highest = 300 }
interface Press { kind: "click" | "swipe" | "tap"; code: Code; words: ("click" | "tap")[] }
export interface Event {
  id: Key<string>;
  press: Press;
  perhaps: Press | null;
  outer?: { inner: Press };
}
