enum Code { Low = 1, High = 300 }
interface Press { kind: "click" | "tap"; code: Code; words: ("click" | "tap")[] }
export interface Event {
  id: Key<string>;
  press: Press;
  perhaps?: Press | null;
  outer: { inner: Press };
}
