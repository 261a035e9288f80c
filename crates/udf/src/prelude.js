// Prepares the global object before a migration is run, and returns what the runner needs of it.
// Runs once for each sandbox. Afterwards nothing that is shared between rows can be changed.
(function () {
  "use strict";
  const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const refuse = (what) => {
    throw new TypeError(`${what} is refused in a migration: a replay must give the same rows`);
  };

  // The clock and chance. `new Date()` is the clock, `new Date(x)` is not.
  const time = Date.prototype.getTime;
  const RealDate = Date;
  const GuardedDate = new Proxy(RealDate, {
    apply: () => refuse("Date()"),
    construct: (target, args, newTarget) =>
      args.length === 0 ? refuse("new Date()") : construct(target, args, newTarget),
  });
  defineProperty(RealDate.prototype, "constructor", { value: GuardedDate });
  defineProperty(globalThis, "Date", { value: GuardedDate });
  defineProperty(RealDate, "now", { value: () => refuse("Date.now()") });
  defineProperty(Math, "random", { value: () => refuse("Math.random()") });

  // What depends on a locale, or on when memory is freed.
  const locale = [
    [String, "localeCompare"], [String, "toLocaleLowerCase"], [String, "toLocaleUpperCase"],
    [Number, "toLocaleString"], [BigInt, "toLocaleString"], [Array, "toLocaleString"],
    [RealDate, "toLocaleString"], [RealDate, "toLocaleDateString"], [RealDate, "toLocaleTimeString"],
  ];
  for (const [owner, name] of locale) {
    if (name in owner.prototype) {
      defineProperty(owner.prototype, name, { value: () => refuse(`${name}()`) });
    }
  }
  // What would run after the row is answered: never.
  for (const name of ["performance", "WeakRef", "FinalizationRegistry", "navigator", "queueMicrotask", "Promise"]) {
    delete globalThis[name];
  }

  // An object inherits from a prototype, and a frozen property there would forbid to assign one of that
  // name to it: `counts["constructor"] = 1`, `this.name = "MyError"`. With a setter it goes where it was
  // meant to go.
  const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  for (const prototype of [Object.prototype, ...errors.map((error) => error.prototype)]) {
    for (const key of ownKeys(prototype)) {
      const { value, writable } = getOwnPropertyDescriptor(prototype, key);
      if (!writable) continue;
      defineProperty(prototype, key, {
        get: () => value,
        set(mine) {
          if (this === prototype) throw new TypeError(`the built-in property ${String(key)} cannot be changed`);
          defineProperty(this, key, { value: mine, writable: true, enumerable: true, configurable: true });
        },
      });
    }
  }
  const seen = new Set();
  const freeze = (value) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
    seen.add(value);
    Object.freeze(value);
    freeze(Object.getPrototypeOf(value));
    for (const key of ownKeys(value)) {
      const property = getOwnPropertyDescriptor(value, key);
      freeze(property.value), freeze(property.get), freeze(property.set);
    }
  };
  // Prototypes that no global name leads to.
  const hidden = [
    (function* () {})(), [][Symbol.iterator](), ""[Symbol.iterator](), new Map().entries(), new Set().entries(),
    "".matchAll(/x/g), async function () {}, async function* () {},
  ];
  hidden.forEach(freeze);
  freeze(globalThis);

  const { asIntN } = BigInt;
  const { toWellFormed } = String.prototype;
  return {
    // The time of a date, or undefined when the value is none.
    time: (value) => {
      try { return apply(time, value, []); } catch { return undefined; }
    },
    date: (milliseconds) => new RealDate(milliseconds),
    fits: (value) => asIntN(64, value) === value,
    wellFormed: (text) => apply(toWellFormed, text, []),
    // What a thrown value says.
    reason: (thrown) => {
      try {
        const text = typeof thrown === "object" && thrown !== null ? thrown.message : undefined;
        return typeof text === "string" ? text : String(thrown);
      } catch { return "something that cannot be told was thrown"; }
    },
  };
})()
