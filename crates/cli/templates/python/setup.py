from setuptools import setup

# The version is the version of the data models.
setup(
    name="{{name}}",
    version="0.0",
    py_modules=["antler"],
)
