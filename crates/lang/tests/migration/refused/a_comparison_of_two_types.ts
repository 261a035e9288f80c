export default function migrate(event) {
  return { ...event, maybe: event.text === event.number ? 1 : 2 };
}
