export default function migrate(label: any) {
  return { ...label, size: -1 };
}
