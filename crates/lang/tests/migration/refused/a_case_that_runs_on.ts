export default function migrate(event) {
  switch (event.kind) {
    case "a":
      const one = 1;
    case "b":
      return event;
  }
}
