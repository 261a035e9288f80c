export default function migrate(event) {
  return { ...event, text: event.optional ?? FILL_IN("text, where 0.0 has none") };
}
