"""What the project promises about speed and size, measured on a copy of the worked example.

Times are compared with a reference that is measured in the same run, in turns, because machines
differ. Nothing of the product imports this package.
"""
