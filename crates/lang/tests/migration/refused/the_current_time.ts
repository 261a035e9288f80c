export default function migrate(event) {
  return { ...event, at: new Date() };
}
