"""The same network in PyTorch, to be measured against; nothing else uses it."""

import torch
from torch import nn
from torch.nn import functional

ENCODER = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512)
DECODER = (512, 512, 512, 256, 128, 64)


def convolutions(channels: int, counts: tuple, dilation: int) -> nn.Sequential:
  """Builds 3x3 convolutions with ReLU; "M" is a 2x2 pooling."""
  layers: list[nn.Module] = []
  for count in counts:
    if count == "M":
      layers.append(nn.MaxPool2d(2))
      continue
    layers.append(
      nn.Conv2d(channels, count, 3, padding=dilation, dilation=dilation)
    )
    layers.append(nn.ReLU(inplace=True))
    channels = count
  return nn.Sequential(*layers)


class Scan(nn.Module):
  """Down-up or left-right pass with one shared convolution."""

  def __init__(self, axis: int):
    super().__init__()
    kernel = (1, 9) if axis == 2 else (9, 1)
    self.axis = axis
    self.conv = nn.Conv2d(
      64, 64, kernel, padding=(kernel[0] // 2, kernel[1] // 2)
    )

  def forward(self, features: torch.Tensor) -> torch.Tensor:
    """Maps [batch, 64, height, width] to the same shape."""
    lines = list(features.split(1, self.axis))
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
      step = order.step
      for index in order:
        message = functional.relu(self.conv(lines[index - step]))
        lines[index] = lines[index] + message
    return torch.cat(lines, self.axis)


class TorchSFCN(nn.Module):
  """Encoder, density decoder with one mask a training example, orientation."""

  def __init__(self, masks: torch.Tensor):
    super().__init__()
    self.encoder = convolutions(3, ENCODER, 1)
    self.shared = convolutions(512, DECODER[:1], 2)
    self.masked = convolutions(512, DECODER[1:], 2)
    self.scans = nn.Sequential(Scan(2), Scan(3))
    self.head = nn.Conv2d(64, 2, 1)
    self.orientation = convolutions(512, DECODER, 2)
    self.logits = nn.Linear(64 * 64, 2)
    self.register_buffer("masks", masks)

  def density(self, features: torch.Tensor) -> torch.Tensor:
    """Predicts [batch, 2, height/8, width/8]: density, log variance."""
    features = self.shared(features)
    if self.training:
      index = torch.arange(len(features)) % len(self.masks)
      weights = self.masks[index]
    else:
      weights = self.masks.mean(0, keepdim=True)
    features = features * weights[:, :, None, None].to(features.dtype)
    return self.head(self.scans(self.masked(features))).float()

  def orient(self, features: torch.Tensor) -> torch.Tensor:
    """Predicts logits [batch, 2]."""
    pooled = functional.adaptive_avg_pool2d(self.orientation(features), 8)
    return self.logits(pooled.flatten(1)).float()
