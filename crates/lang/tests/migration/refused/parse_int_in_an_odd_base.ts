export default function migrate(event) {
  return { ...event, number: parseInt(event.text, 36) };
}
