"""Workbooks out and returns back.

An order and the answers that it begins with become a workbook; a returned file is read and checked in a process of its
own, and becomes a result with a verdict; its answers go on into the workbook of the next round. Whether a spec works is
tried here, since it takes both ways.
"""
