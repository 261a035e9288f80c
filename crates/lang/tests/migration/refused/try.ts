export default function migrate(event) {
  try {
    return event;
  } catch {
    return null;
  }
}
