DEVICE = "device"
ORDER = [DEVICE, "at"]
